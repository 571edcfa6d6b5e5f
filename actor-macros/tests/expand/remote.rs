/// Greets people.
#[actor(remote)]
pub trait Greeter {
    /// Greets `name`.
    fn greet(&mut self, name: String, times: u32) -> String;

    async fn forget(&mut self, reply: Reply<u64>, context: &Context<Self>);
}

#[actor(remote = "shop.nothing")]
trait Nothing {}

#[actor(remote = shop)]
trait Unquoted {}

#[actor(remote = "")]
trait Nameless {}

#[actor(remote)]
trait Generic<T: Send + 'static> {
    fn put(&mut self, value: T);
}

#[actor(remote)]
trait Conditional {
    fn put(&mut self, #[cfg(unix)] value: u32);
}

#[actor(remot)]
trait Misspelt {}
