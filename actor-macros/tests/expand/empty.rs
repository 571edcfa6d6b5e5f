#[actor]
struct Double<T>(T)
where
    T: Clone;

#[actor]
impl<T: Clone + Send + 'static> Double<T> {}
