#[actor]
impl Account {
    pub const LIMIT: u64 = { 1_000 };

    pub fn new() -> Self {
        Self { balance: 0 }
    }

    #[on_start]
    fn open(&mut self, context: &Context<Self>) -> Result<(), String> {
        Ok(())
    }

    #[on_stop]
    async fn close_books(&mut self, exit: &Exit) {}

    #[on_exit]
    fn partner_gone(&mut self, context: &mut Context<Self>, id: ActorId, exit: Exit) {}

    pub async fn withdraw(&mut self, mut amount: u64) -> Result<u64, Insufficient> {
        amount += 1;
        Err(Insufficient)
    }

    /// Looks up `key` some day.
    pub(crate) fn lookup(&self, key: String, context: &Context<Self>, reply: Reply<Entry>) {}

    fn keep(&mut self, #[data] reply: Reply<Entry>, /** The place. */ (x, y): (u8, u8), _: u8, _z: u8) {}

    /// Ends the account.
    #[message(last)]
    pub fn close(self) -> Self {
        self
    }

    #[message(skip)]
    fn audit(&self, by: &str) {}
}
