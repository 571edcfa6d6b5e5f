//! Changes of messages: another id is another message, which is refused before it is read.

use super::{Effect, Row, connected, outcome};
use actor_core::error::RefusalKind;
use actor_core::prelude::*;
use futures_lite::StreamExt;

/// A protocol of one version.
macro_rules! version {
    ($module:ident: $($messages:tt)*) => {
        pub mod $module {
            use actor_core::prelude::*;

            #[actor]
            pub struct Shop;

            #[actor(remote = "shop")]
            impl Shop {
                pub(super) fn ping(&self) -> u8 {
                    1
                }

                $($messages)*
            }
        }
    };
}

version!(without:);
version!(with: pub(super) fn wait(&self, time: u64) -> u64 { time });
version!(with_argument: pub(super) fn wait(&self, time: u64, _loud: bool) -> u64 { time });
version!(other_argument: pub(super) fn wait(&self, millis: u64) -> u64 { millis });
version!(renamed: pub(super) fn sleep(&self, time: u64) -> u64 { time });
version!(streaming:
pub(super) async fn wait(&self, time: u64, replies: Replies<u64>) {
    let _ = replies.send(time).await;
});
version!(raised: #[message(version = 2)] pub(super) fn wait(&self, time: u64) -> u64 { time });

/// The outcome of a call of version `$sent` to an actor of version `$read`. Other messages still work.
macro_rules! call {
    ($sent:ident, $read:ident: $method:ident($($argument:expr),*)) => {
        System::simulation(1).block_on(async {
            let (_server, _client, shop) =
                connected::<_, $sent::ShopAddr>(&$read::Shop.spawn()).await;
            let result = outcome(shop.$method($($argument),*).await);
            assert_eq!(shop.ping().await, Ok(1));
            result
        })
    };
}

const UNKNOWN: &str = "calls of it are refused as unknown";
const NONE: &str = "no calls of it";
const UNKNOWN_CALL: Result<u64, RefusalKind> = Err(RefusalKind::UnknownMessage);

pub(super) fn rows() -> Vec<Row> {
    let added = Row {
        change: "a message is added",
        texts: &[
            "`shop`, message `wait`: it was added: works with older nodes (a call of it to an older \
                  node is refused as unknown)",
        ],
        effect: Some(Effect::Works),
        newer_to_older: UNKNOWN,
        older_to_newer: NONE,
    };
    added.check_texts::<without::ShopAddr, with::ShopAddr>();
    assert_eq!(call!(with, without: wait(1)), UNKNOWN_CALL);

    let removed = Row {
        change: "a message is removed",
        texts: &[
            "`shop`, message `wait`: it was removed: breaks older nodes (their calls of it are \
                  refused as unknown)",
        ],
        effect: Some(Effect::Breaks),
        newer_to_older: NONE,
        older_to_newer: UNKNOWN,
    };
    removed.check_texts::<with::ShopAddr, without::ShopAddr>();
    // The same call: here, the node without the message is the newer one.
    assert_eq!(call!(with, without: wait(1)), UNKNOWN_CALL);

    let argument_added = Row {
        change: "an argument is added",
        texts: &[
            "`shop`, message `wait`: its arguments were `time`, and are `time`, `loud` now: breaks \
                  older nodes (it is another message, and calls of the other one are refused as unknown)",
        ],
        effect: Some(Effect::Breaks),
        newer_to_older: UNKNOWN,
        older_to_newer: UNKNOWN,
    };
    argument_added.check_texts::<with::ShopAddr, with_argument::ShopAddr>();
    assert_eq!(call!(with_argument, with: wait(1, true)), UNKNOWN_CALL);
    assert_eq!(call!(with, with_argument: wait(1)), UNKNOWN_CALL);

    let argument_renamed = Row {
        change: "an argument is renamed",
        texts: &[
            "`shop`, message `wait`: its arguments were `time`, and are `millis` now: breaks older \
                  nodes (it is another message, and calls of the other one are refused as unknown)",
        ],
        effect: Some(Effect::Breaks),
        newer_to_older: UNKNOWN,
        older_to_newer: UNKNOWN,
    };
    argument_renamed.check_texts::<with::ShopAddr, other_argument::ShopAddr>();
    assert_eq!(call!(other_argument, with: wait(1)), UNKNOWN_CALL);
    assert_eq!(call!(with, other_argument: wait(1)), UNKNOWN_CALL);

    let streaming = Row {
        change: "a reply becomes a streaming one",
        texts: &[
            "`shop`, message `wait`: its reply is a stream now: breaks older nodes (it is another \
                  message, and calls of the other one are refused as unknown)",
        ],
        effect: Some(Effect::Breaks),
        newer_to_older: UNKNOWN,
        older_to_newer: UNKNOWN,
    };
    streaming.check_texts::<with::ShopAddr, streaming::ShopAddr>();
    assert_eq!(call!(with, streaming: wait(1)), UNKNOWN_CALL);
    System::simulation(1).block_on(async {
        let (_server, _client, shop) =
            connected::<_, streaming::ShopAddr>(&with::Shop.spawn()).await;
        let first = shop.wait(1).stream().next().await;
        let first = first.expect("a stream that is refused has an error");
        assert_eq!(outcome(first), UNKNOWN_CALL);
    });

    let renamed = Row {
        change: "a message is renamed",
        texts: &[
            "`shop`, message `wait`: `sleep` with the same types was added, and this one was removed: \
                  looks like a rename: breaks older nodes (each node refuses calls of the name that it \
                  does not know)",
        ],
        effect: Some(Effect::LooksLikeRename),
        newer_to_older: UNKNOWN,
        older_to_newer: UNKNOWN,
    };
    renamed.check_texts::<with::ShopAddr, renamed::ShopAddr>();
    assert_eq!(call!(renamed, with: sleep(1)), UNKNOWN_CALL);
    assert_eq!(call!(with, renamed: wait(1)), UNKNOWN_CALL);

    let raised = Row {
        change: "the version of a message is raised",
        texts: &[
            "`shop`, message `wait`: its version was 1, and is 2 now: breaks older nodes (it is \
                  another message, and calls of the other one are refused as unknown)",
        ],
        effect: Some(Effect::Breaks),
        newer_to_older: UNKNOWN,
        older_to_newer: UNKNOWN,
    };
    raised.check_texts::<with::ShopAddr, raised::ShopAddr>();
    assert_eq!(call!(raised, with: wait(1)), UNKNOWN_CALL);
    assert_eq!(call!(with, raised: wait(1)), UNKNOWN_CALL);

    vec![added, removed, argument_added, argument_renamed, streaming, renamed, raised]
}
