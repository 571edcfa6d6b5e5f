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

#[actor_core::main(crate = ::mine::rt)]
fn main() {}
