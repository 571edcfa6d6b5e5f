//! Actors in a page: a counter that ticks, a `local` actor that owns an element of the page, a call that
//! times out, a deadlock that is an error, and a graceful shutdown.

#![cfg(all(target_family = "wasm", target_os = "unknown"))]
#![forbid(unsafe_code)]

use actor_core::prelude::*;
use actor_core::time::sleep;
use std::time::Duration;
use wasm_bindgen::prelude::wasm_bindgen;
use web_sys::Element;

/// Counts ticks, and shows them.
#[actor]
struct Counter {
    ticks: u32,
    display: DisplayAddr,
}

#[actor]
impl Counter {
    #[on_start]
    fn begin(&self, context: &Context<Self>) {
        context.every(Duration::from_millis(20), |me| me.tick()).detach();
    }

    async fn tick(&mut self, context: &Context<Self>) {
        self.ticks += 1;
        if self.ticks == 3 {
            context.stop();
        }
        let _ = self.display.show(format!("tick {}", self.ticks)).await;
    }

    /// Calls itself, which would wait forever.
    async fn deadlock(&self, context: &Context<Self>) -> Result<(), CallError> {
        context.address().deadlock().await?
    }
}

/// Sleeps for an hour at each call.
#[actor]
struct Sleeper;

#[actor]
impl Sleeper {
    async fn rest(&self) {
        sleep(Duration::from_secs(3600)).await;
    }
}

/// Owns an element of the page, which only the thread of the page may use.
#[actor(local)]
struct Display {
    element: Element,
}

#[actor(local)]
impl Display {
    fn show(&self, line: String) {
        let text = self.element.text_content().unwrap_or_default();
        self.element.set_text_content(Some(&format!("{text}{line}\n")));
    }
}

async fn scenes(display: &DisplayAddr) -> Result<(), CallError> {
    let counter = Counter { ticks: 0, display: display.clone() }.spawn();
    let report = match counter.deadlock().await? {
        Ok(()) => "no deadlock".to_owned(),
        Err(error) => error.to_string(),
    };
    display.show(report).await?;
    let sleeper = Sleeper.spawn();
    let late = sleeper.rest().timeout(Duration::from_millis(5)).await;
    display.show(format!("{late:?}")).await?;
    // Never handled, which is an incident: a line on the console.
    sleeper.rest().try_send().map_err(CallError::from)?;
    sleeper.kill();
    display.show(format!("{:?}", sleeper.join().await)).await?;
    display.show(format!("{:?}", counter.join().await)).await?;
    let blocked = display.show("never".to_owned()).wait();
    display.show(format!("{blocked:?}")).await?;
    let gone = counter.tick().await;
    display.show(format!("{gone:?}")).await
}

/// Plays the scenes, and shuts the system of the page down.
async fn play(element: Element) {
    let display = Display { element: element.clone() }.spawn();
    let result = scenes(&display).await;
    let report = System::browser().shutdown(Duration::from_secs(1)).await;
    // The clock of the page goes on.
    sleep(Duration::from_millis(1)).await;
    let text = element.text_content().unwrap_or_default();
    element.set_text_content(Some(&format!("{text}{result:?}, {report}\n")));
}

/// Runs when the page has loaded.
#[wasm_bindgen(start)]
fn start() {
    let document = web_sys::window().and_then(|window| window.document());
    let element = document.and_then(|document| document.get_element_by_id("display"));
    wasm_bindgen_futures::spawn_local(play(element.expect("the page has a display")));
}
