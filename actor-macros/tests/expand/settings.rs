//! The settings of messages, and options of structs.

#[actor(deferred = 8, max_concurrent = 4)]
struct Motor {
    speed: u32,
}

#[actor]
impl Motor {
    fn turn(&mut self, speed: u32) {
        self.speed = speed;
    }

    #[message(priority)]
    fn halt(&mut self) {
        self.speed = 0;
    }

    #[message(unbounded)]
    #[cfg(unix)]
    fn give_back(&mut self) {}

    #[message(priority, unbounded)]
    fn alarm(&mut self) {}

    #[message(when = self.speed == 0 && gear.fits::<u8, 4>(*level), priority)]
    fn shift(&mut self, (gear, mut level): (Gear, u8), #[cfg(unix)] mut by: String) {}

    #[message(abort)]
    async fn coast(&mut self) -> u32 {
        self.speed
    }

    #[message(concurrent, when = self.speed > 0)]
    async fn watch(&self, limit: u32) -> u32 {
        limit
    }
}
