// error: `#[actor_core::main]` runs an `async fn`; write `async fn main`
// under: fn
fn main() -> Result<(), Error> {
    async fn main() -> Result<(), Error> {
        run().await?;
        Ok(())
    }
    ::actor_core::__private::main(main())
}
#[::core::prelude::v1::test]
#[should_panic]
fn counts() {
    async fn counts() {
        assert!(false);
    }
    ::actor_core::__private::test(counts())
}
fn main() {
    fn main() {}
    loop {}
}
::core::compile_error! { "`#[actor_core::main]` runs an `async fn`; write `async fn main`" }
