#[actor]
impl Counter {
    pub fn rename(&mut self, name: &str) {}

    fn generic<T: Into<u8>>(&mut self, value: T) -> u8
    where
        T: Copy,
    {
        1
    }

    fn shown(&self) -> impl Display {
        1
    }

    fn part(&self, ctx: &mut Context<Self>, reply: Reply<u8>) {}

    pub fn into_total(self) -> u64 {
        self.total
    }

    fn shared(self: Rc<Self>, (a, b): (u8, u8)) -> &u8 {
        &1
    }

    #[message]
    fn lost(key: u8) {}

    fn right(&self, amount: u64) -> u64 {
        amount
    }
}
