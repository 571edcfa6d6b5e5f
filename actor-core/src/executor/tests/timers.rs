//! The promises of `Timers`, on a clock that the tests make up.

use super::*;

fn silent(base: Instant) -> Timers {
    Timers::new(base, || panic!("nobody sleeps, so there is no alarm"))
}

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn due_wakers_are_woken_in_order_of_deadline_then_insertion() {
    let base = Instant::now();
    let timers = silent(base);
    let (sender, receiver) = mpsc::channel();
    let waker = |name: u32| {
        let sender = sender.clone();
        CallOnWake::waker(move || sender.send(name).unwrap())
    };
    timers.insert(base + 3 * SECOND, waker(3), false);
    timers.insert(base + SECOND, waker(1), false);
    timers.insert(base + 2 * SECOND, waker(20), false);
    timers.insert(base + 2 * SECOND, waker(21), false);
    timers.insert(base + 9 * SECOND, waker(9), false);
    assert_eq!(timers.fire(base), 0);
    assert_eq!(timers.fire(base + 3 * SECOND), 4);
    assert_eq!(receiver.try_iter().collect::<Vec<_>>(), [1, 20, 21, 3]);
    assert_eq!(timers.next_due(), Some((base + 9 * SECOND, false)));
}

#[test]
fn more_than_one_batch_is_fired_at_once() {
    let base = Instant::now();
    let timers = silent(base);
    let (count, waker) = Count::new();
    for _ in 0..100 {
        timers.insert(base + SECOND, waker.clone(), false);
    }
    assert_eq!(timers.fire(base + SECOND), 100);
    assert_eq!(count.get(), 100);
    assert!(timers.is_empty());
}

#[test]
fn a_removed_waker_leaves_no_clone_behind() {
    let base = Instant::now();
    let timers = silent(base);
    let (count, waker) = Count::new();
    let key = timers.insert(base + SECOND, waker, false);
    assert_eq!(Arc::strong_count(&count), 2);
    drop(timers.remove(key).expect("it was not fired"));
    assert_eq!(Arc::strong_count(&count), 1);
    assert!(timers.remove(key).is_none());
    assert!(timers.is_empty());
    assert_eq!(timers.fire(base + 2 * SECOND), 0);
}

#[test]
fn a_replaced_waker_keeps_the_place_and_leaves_no_clone_behind() {
    let base = Instant::now();
    let timers = silent(base);
    let ((first, first_waker), (second, second_waker)) = (Count::new(), Count::new());
    let key = timers.insert(base + SECOND, first_waker, false);
    assert!(timers.replace(key, &second_waker));
    assert!(timers.replace(key, &second_waker));
    assert_eq!((Arc::strong_count(&first), Arc::strong_count(&second)), (1, 3));
    timers.fire(base + SECOND);
    assert_eq!((first.get(), second.get()), (0, 1));
    assert!(!timers.replace(key, &second_waker));
    assert_eq!(Arc::strong_count(&second), 2);
}

#[test]
fn a_waker_that_panics_keeps_no_other_from_being_woken() {
    let base = Instant::now();
    let timers = silent(base);
    let (count, waker) = Count::new();
    timers.insert(base, CallOnWake::waker(|| panic!("on purpose")), false);
    timers.insert(base, waker, false);
    assert_eq!(timers.fire(base), 2);
    assert_eq!(count.get(), 1);
}

#[test]
fn only_a_deadline_earlier_than_the_sleep_gives_an_alarm() {
    let base = Instant::now();
    let (alarms, _waker) = Count::new();
    let timers = Timers::new(base, {
        let alarms = alarms.clone();
        move || alarms.clone().wake()
    });
    let (_count, waker) = Count::new();
    let insert = |seconds| {
        timers.insert(base + seconds * SECOND, waker.clone(), false);
        alarms.get()
    };
    assert_eq!(insert(100), 0);
    assert_eq!(timers.sleep_until(None), Some(base + 100 * SECOND));
    assert_eq!(insert(101), 0);
    assert_eq!(insert(50), 1);
    assert_eq!(insert(60), 1);
    assert_eq!(timers.sleep_until(Some(base + SECOND)), Some(base + SECOND));
    assert_eq!(insert(40), 1);
    timers.end_sleep(false);
    assert_eq!(insert(1), 1);
    timers.end_sleep(true);
    assert_eq!(insert(200), 2);
}

#[test]
fn the_first_waker_is_due_from_its_deadline_on() {
    let base = Instant::now();
    let timers = silent(base);
    assert_eq!(timers.first_due(base), None);
    timers.insert(base + 2 * SECOND, Waker::noop().clone(), false);
    timers.insert(base + SECOND, Waker::noop().clone(), false);
    assert_eq!(timers.first_due(base), None);
    assert_eq!(timers.first_due(base + SECOND), Some(1));
    assert_eq!(timers.first_due(base + 3 * SECOND), Some(1));
}
