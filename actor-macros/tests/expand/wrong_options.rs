#[actor(capacity = 0, mailbx = 3)]
pub struct Counter {
    total: u64,
}

#[actor(lcal)]
impl Counter {
    #[message(skp)]
    fn right(&self) {}

    #[on_start]
    fn start(self) {}
}
