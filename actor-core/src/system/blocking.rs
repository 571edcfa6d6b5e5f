//! Threads for blocking code. WebAssembly has none.

#[cfg(not(target_family = "wasm"))]
pub(super) use ::blocking::{Task as BlockingTask, unblock};

#[cfg(target_family = "wasm")]
pub(super) use none::{BlockingTask, unblock};

#[cfg(target_family = "wasm")]
mod none {
    use std::convert::Infallible;
    use std::future::Future;
    use std::marker::PhantomData;
    use std::pin::Pin;
    use std::task::{Context, Poll};

    /// Blocking code that runs on another thread.
    pub(crate) struct BlockingTask<T>(Infallible, PhantomData<T>);

    impl<T> BlockingTask<T> {
        pub(crate) fn detach(self) {
            match self.0 {}
        }
    }

    impl<T> Future for BlockingTask<T> {
        type Output = T;

        fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<T> {
            match self.0 {}
        }
    }

    #[track_caller]
    pub(crate) fn unblock<T>(_run: impl FnOnce() -> T) -> BlockingTask<T> {
        panic!("`unblock` needs a thread, and WebAssembly has none")
    }
}
