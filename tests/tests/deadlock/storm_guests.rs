//! Actors of a storm that come and go: a droplet waits for their start and their end. They are siblings of
//! the droplet that has created them, and wait for the droplets above, even while they start and stop.

use super::storm::{ACTORS, DropletAddr, Weather, chance};
use actor_core::prelude::*;
use std::sync::Arc;
use std::time::Duration;

#[actor]
struct Guest {
    place: usize,
    weather: Arc<Weather>,
    seed: u64,
    depth: usize,
}

impl Guest {
    fn above(&mut self) -> &DropletAddr {
        let drops = self.weather.drops.get().unwrap();
        &drops[self.place + 1 + chance(&mut self.seed, ACTORS - self.place - 1)]
    }

    async fn call(&mut self) -> usize {
        if chance(&mut self.seed, 2) == 0 {
            return 0;
        }
        let (weather, depth) = (self.weather.clone(), self.depth);
        let seed = self.seed.wrapping_mul(31);
        weather.note(self.above().fall(seed, depth).await, false)
    }
}

#[actor]
impl Guest {
    #[on_start]
    async fn come(&mut self) {
        self.call().await;
    }

    async fn stay(&mut self) {
        self.call().await;
    }

    #[on_stop]
    async fn go(&mut self, _: &Exit) {
        self.call().await;
    }
}

/// Makes a guest and waits for its start or its end, or for both.
pub async fn visit(place: usize, weather: &Arc<Weather>, mut seed: u64, depth: usize) -> usize {
    let way = chance(&mut seed, 6);
    let guest = Guest { place, weather: weather.clone(), seed, depth }.spawn();
    if way.is_multiple_of(2) {
        let _ = guest.started().await;
    }
    let _ = guest.stay().try_send();
    match way {
        0 | 1 => {
            guest.stop();
            guest.join().await;
        }
        2 => {
            let time = Duration::from_micros(20 + chance(&mut seed, 300) as u64);
            guest.stop_within(time).await;
        }
        3 => {
            let gone = guest.downgrade();
            drop(guest);
            gone.join().await;
        }
        _ => {}
    }
    1
}
