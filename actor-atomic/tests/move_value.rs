//! Moving a value between slots: it is dropped once, and its contents are unchanged.

use actor_atomic::move_value;
use std::cell::Cell;
use std::rc::Rc;

/// Counts its drops.
struct Counted(Rc<Cell<u32>>, [u8; 300]);

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.set(self.0.get() + 1);
    }
}

#[test]
fn a_moved_value_is_dropped_once() {
    let drops = Rc::new(Cell::new(0));
    let (mut from, mut to) = (Some(Counted(drops.clone(), [7; 300])), None);
    move_value(&mut from, &mut to);
    assert!(from.is_none());
    assert_eq!(to.as_ref().map(|value| value.1), Some([7; 300]));
    drop(from);
    assert_eq!(drops.get(), 0);
    drop(to);
    assert_eq!(drops.get(), 1);
}

#[test]
fn the_slot_that_was_emptied_can_be_filled_again() {
    let (mut from, mut to) = (Some(String::from("first")), None);
    move_value(&mut from, &mut to);
    from = Some(String::from("second"));
    let first = to.take();
    move_value(&mut from, &mut to);
    assert_eq!((first.as_deref(), to.as_deref()), (Some("first"), Some("second")));
}

#[test]
fn an_empty_slot_moves_nothing() {
    let (mut from, mut to) = (None::<Box<u8>>, None);
    move_value(&mut from, &mut to);
    assert_eq!((from, to), (None, None));
}
