#[actor]
#[deprecated]
#[cfg(unix)]
#[doc(hidden)]
pub struct Old;

#[actor(crate = ::mine::rt)]
#[cfg(unix)]
#[allow(dead_code)]
impl Old {
    const SIZE: usize = { 1 + 1 };

    type Own = [u8; 2];

    more_of! { fn made(&self) {} }

    #[inline]
    fn new(size: impl Into<usize>) -> Self {
        Old
    }

    /// Doc.
    #[cfg(feature = "extra")]
    #[cfg_attr(test, doc = "More.", tracing::instrument)]
    #[deprecated(note = "use `g`")]
    #[allow(clippy::pedantic)]
    #[expect(unused)]
    #[must_use]
    #[tracing::instrument]
    pub fn f(
        &self,
        #[cfg(any())] gone: Nope,
        /// How many.
        kept: u8,
    ) -> u8 {
        kept
    }

    #[on_stop]
    #[cfg(feature = "extra")]
    #[cfg(unix)]
    fn bye(&mut self, exit: &Exit) {}

    #[on_stop]
    #[cfg(not(feature = "extra"))]
    fn bye_plain(&mut self, exit: &Exit) {}
}
