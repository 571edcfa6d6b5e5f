//! The HTTP service as its users meet it: the real program and a real client.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use ureq::Agent;

/// A service of this test alone, killed at its end.
struct Service {
    child: Child,
    url: String,
    agent: Agent,
}

impl Service {
    fn start() -> Service {
        let mut child = Command::new(env!("CARGO_BIN_EXE_http"))
            .arg("127.0.0.1:0")
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program is there");
        let mut first = String::new();
        let output = child.stdout.take().expect("it is piped");
        BufReader::new(output).read_line(&mut first).expect("it says where it listens");
        let url = first.trim().strip_prefix("listening on ").expect("it listens").to_owned();
        // Nothing here takes nearly as long.
        let limit = Duration::from_secs(30);
        let agent = Agent::config_builder().timeout_global(Some(limit)).build().into();
        Service { child, url, agent }
    }

    fn get(&self, path: &str) -> Result<String, ureq::Error> {
        text(self.agent.get(format!("{}{path}", self.url)).call())
    }

    fn post(&self, path: &str) -> Result<String, ureq::Error> {
        text(self.agent.post(format!("{}{path}", self.url)).send_empty())
    }

    fn delete(&self, path: &str) -> Result<String, ureq::Error> {
        text(self.agent.delete(format!("{}{path}", self.url)).call())
    }
}

fn text(
    answer: Result<ureq::http::Response<ureq::Body>, ureq::Error>,
) -> Result<String, ureq::Error> {
    answer?.body_mut().read_to_string()
}

impl Drop for Service {
    fn drop(&mut self) {
        self.child.kill().expect("it runs");
        self.child.wait().expect("it ends");
    }
}

fn is_not_found(answer: &Result<String, ureq::Error>) -> bool {
    matches!(answer, Err(ureq::Error::StatusCode(404)))
}

#[test]
fn counters_are_made_read_and_deleted() {
    let service = Service::start();
    assert!(is_not_found(&service.get("/visits")));
    assert_eq!(service.post("/visits").expect("an answer"), "1\n");
    assert_eq!(service.post("/visits").expect("an answer"), "2\n");
    assert_eq!(service.post("/other").expect("an answer"), "1\n");
    assert_eq!(service.get("/visits").expect("an answer"), "2\n");
    assert_eq!(service.delete("/visits").expect("an answer"), "2\n");
    // The name is free when the counter has ended, which may be a moment later.
    while !is_not_found(&service.get("/visits")) {}
    assert_eq!(service.post("/visits").expect("an answer"), "1\n");
}

#[test]
fn clients_at_the_same_time_count_in_one_counter() {
    const CLIENTS: u32 = 8;
    const TIMES: u32 = 25;
    let service = Service::start();
    thread::scope(|scope| {
        for _ in 0..CLIENTS {
            scope.spawn(|| {
                for _ in 0..TIMES {
                    service.post("/all").expect("an answer");
                }
            });
        }
    });
    assert_eq!(service.get("/all").expect("an answer"), format!("{}\n", CLIENTS * TIMES));
}
