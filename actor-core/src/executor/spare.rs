//! The spare buffer of a worker: the memory of the last large burst of messages, for the next one.
//!
//! An idle actor frees the memory of a burst. Some hundred kilobytes then go back to the operating system,
//! and each burst would spend more time on page faults than on its messages. A worker therefore keeps one
//! buffer until it parks. The buffer is empty, so its drop runs no user code.

use crate::sync::{Scoped, scoped};
use std::any::Any;

enum Spare {
    /// This thread is not a worker, and keeps no buffer.
    NoWorker,
    Nothing,
    Buffer(Box<dyn Any>),
}

thread_local! {
    static SPARE: Scoped<Spare> = const { scoped(Spare::NoWorker) };
}

fn replace(spare: Spare) -> Spare {
    SPARE.with(|place| place.replace(spare))
}

/// Called when a worker starts, and before it parks: drops the buffer.
pub(crate) fn clear() {
    drop(replace(Spare::Nothing));
}

/// Called when a worker ends.
pub(crate) fn end() {
    drop(replace(Spare::NoWorker));
}

/// Keeps an empty buffer, if this thread is a worker that has none.
pub(crate) fn put(buffer: Box<dyn Any>) {
    SPARE.with(|place| {
        let mut spare = place.borrow_mut();
        if let Spare::Nothing = *spare {
            *spare = Spare::Buffer(buffer);
        }
    });
}

/// Takes the buffer of this worker, if it is of this type.
pub(crate) fn take<T: 'static>() -> Option<Box<T>> {
    SPARE.with(|place| {
        let mut spare = place.borrow_mut();
        match std::mem::replace(&mut *spare, Spare::Nothing) {
            Spare::Buffer(buffer) => match buffer.downcast() {
                Ok(buffer) => return Some(buffer),
                Err(other) => *spare = Spare::Buffer(other),
            },
            other => *spare = other,
        }
        None
    })
}

#[cfg(test)]
mod tests {
    use super::{clear, end, put, take};

    #[test]
    fn a_worker_keeps_one_buffer_until_it_parks() {
        clear();
        put(Box::new(1_u8));
        put(Box::new(2_u8));
        assert_eq!(take::<u16>(), None);
        assert_eq!(take::<u8>().as_deref(), Some(&1));
        assert_eq!(take::<u8>(), None);
        put(Box::new(3_u8));
        clear();
        assert_eq!(take::<u8>(), None);
        end();
    }

    #[test]
    fn other_threads_keep_no_buffer() {
        put(Box::new(1_u8));
        assert_eq!(take::<u8>(), None);
        clear();
        end();
        put(Box::new(1_u8));
        assert_eq!(take::<u8>(), None);
    }
}
