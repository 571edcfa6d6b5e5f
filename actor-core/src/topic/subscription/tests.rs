//! The output of subscriptions.

use super::{Subscription, Topic};
use crate::prelude::*;

#[actor(crate = crate)]
struct Reader;

#[actor(crate = crate)]
impl Reader {
    fn read(&self, _item: u32) {}
}

#[test]
fn a_subscription_shows_the_number_of_lost_items() {
    System::current_thread().block_on(async {
        let (topic, reader) = (Topic::new(), Reader.spawn());
        let read = topic.subscribe(&reader, |me, item| me.read(item)).drop_oldest(1);
        for item in 0..3 {
            topic.publish(item).try_send();
        }
        assert_eq!(format!("{read:?}"), "TypedSubscription { lost: 2, .. }");
        let read = Subscription::from(read);
        assert_eq!(format!("{read:?}"), "Subscription { lost: 2, .. }");
    });
}
