//! Deadlock detection. A handler that waits for another actor has a wait-for edge, which the calls and
//! sends in its poll add and remove (`edge`). The detector follows the edges of actors that wait, and
//! refuses one wait of each cycle (`detector`). The counted waker of a handler shows that nothing
//! else can wake it (`waker`).

pub(crate) mod detector;
pub(crate) mod edge;
pub(crate) mod waker;
