/// Counts.
#[actor(capacity = 8, name = "counter", turn = 4)]
pub struct Counter {
    total: u64,
}

#[actor]
impl Counter {
    /// Adds `amount`; returns the new total.
    pub async fn add(&mut self, amount: u64) -> u64 {
        self.total += amount;
        self.total
    }

    /// Forgets everything.
    pub fn reset(&mut self) {
        self.total = 0;
    }
}
