#[actor_core::test]
async fn works<T>() {}

fn main() {}
