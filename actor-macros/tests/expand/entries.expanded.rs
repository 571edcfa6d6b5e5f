// error: `seeds` takes a number from 1 on; write `seeds = 100`
// under: 0
// error: `real` runs once, in real time; remove `seeds`
// under: seeds
// error: a `real` test has no simulation to take; remove the argument
// under: sim: Sim
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
    ::actor_core::__private::simulate(::actor_core::__private::TestConfig::single_seed(), |_| {
        counts()
    })
}
#[::core::prelude::v1::test]
fn schedules() {
    async fn schedules(sim: Sim) -> Result<(), Error> {
        sim.settle().await;
        Ok(())
    }
    ::actor_core::__private::simulate(
        ::actor_core::__private::TestConfig::single_seed().seeds(100).leftovers(),
        |__sim| schedules(__sim),
    )
}
#[::core::prelude::v1::test]
fn explores() {
    async fn explores() {}
    ::actor_core::__private::simulate(
        ::actor_core::__private::TestConfig::single_seed().explore(8),
        |_| explores(),
    )
}
#[::core::prelude::v1::test]
fn sockets() {
    async fn sockets() {}
    ::mine::rt::__private::run_real(sockets())
}
#[::core::prelude::v1::test]
fn contradicts() {
    async fn contradicts(sim: Sim) {}
}
::core::compile_error! { "`seeds` takes a number from 1 on; write `seeds = 100`" }
::core::compile_error! { "`real` runs once, in real time; remove `seeds`" }
::core::compile_error! { "a `real` test has no simulation to take; remove the argument" }
fn main() {
    fn main() {}
    loop {}
}
::core::compile_error! { "`#[actor_core::main]` runs an `async fn`; write `async fn main`" }
