#[actor_core::main]
async fn main() -> Result<(), Error> {
    run().await?;
    Ok(())
}

#[actor_core::test]
#[should_panic]
async fn counts() {
    assert!(false);
}

#[actor_core::test(seeds = 100, leftovers)]
async fn schedules(sim: Sim) -> Result<(), Error> {
    sim.settle().await;
    Ok(())
}

#[actor_core::test(explore = 8)]
async fn explores() {}

#[actor_core::test(real, crate = ::mine::rt)]
async fn sockets() {}

#[actor_core::test(real, seeds = 0)]
async fn contradicts(sim: Sim) {}

#[actor_core::main(crate = ::mine::rt)]
fn main() {}
