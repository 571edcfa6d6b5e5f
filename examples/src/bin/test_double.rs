//! `test_double`: an address of an actor that never runs. A proxy receives its messages, and the test
//! scripts the answers.

use std::collections::VecDeque;
use std::io::{self, BufRead, BufReader, Write};
use std::net::TcpStream;
use std::sync::{Arc, Mutex};

use actor_core::prelude::*;
use actor_core::proxy::{self, Proxy};
use actor_core::unblock;

/// Asks a server for exchange rates. Its messages are in an inherent block, not in a trait.
#[actor]
struct Rates {
    server: String,
}

#[actor]
impl Rates {
    async fn rate(&self, currency: String) -> u64 {
        let server = self.server.clone();
        unblock(move || ask(&server, &currency)).await.expect("the server answers")
    }
}

/// Sends a line with the currency, and reads a line with the rate.
fn ask(server: &str, currency: &str) -> io::Result<u64> {
    let mut connection = TcpStream::connect(server)?;
    writeln!(connection, "{currency}")?;
    let mut line = String::new();
    BufReader::new(connection).read_line(&mut line)?;
    line.trim().parse().map_err(io::Error::other)
}

/// The actor under test.
#[actor]
struct Shop {
    rates: RatesAddr,
}

#[actor]
impl Shop {
    /// Returns a price in cents of `currency`. If the rates cannot be asked, there is no price.
    async fn price(&self, cents: u64, currency: String) -> Option<u64> {
        let rate = match self.rates.rate(currency.clone()).await {
            // It was certainly not handled, so it can be asked again.
            Err(error) if error.never_handled() => self.rates.rate(currency).await.ok()?,
            rate => rate.ok()?,
        };
        Some(cents * rate / 100)
    }
}

/// The double: gives the next answer of the script to each call, and remembers the question.
struct Script {
    answers: VecDeque<Result<u64, CallError>>,
    questions: Arc<Mutex<Vec<String>>>,
}

impl Proxy<Rates> for Script {
    async fn forward(&mut self, mut message: RatesMessage) {
        let reply = proxy::take_reply::<Rates, u64>(&mut message);
        let (RatesMessage::Rate { currency, .. }, Some(reply)) = (message, reply) else {
            panic!("a message that this double does not expect")
        };
        self.questions.lock().unwrap().push(currency);
        match self.answers.pop_front() {
            Some(Ok(rate)) => drop(reply.send(rate)),
            Some(Err(error)) => proxy::fail(reply, error),
            // The script is over: the caller gets `NoReply`.
            None => drop(reply),
        }
    }
}

fn main() {
    System::simulation(1).block_on(async {
        let answers = [Ok(150), Err(CallError::Full), Ok(160), Err(CallError::NoReply)];
        let questions = Arc::new(Mutex::new(Vec::new()));
        let script = Script { answers: answers.into(), questions: questions.clone() };
        let (rates, _control) = proxy::prepare(script).spawn();

        let shop = Shop { rates }.spawn();
        println!("answered: {:?}", shop.price(1000, "USD".into()).await);
        println!("refused, and asked again: {:?}", shop.price(1000, "USD".into()).await);
        println!("not answered: {:?}", shop.price(1000, "JPY".into()).await);
        println!("questions: {:?}", questions.lock().unwrap());
    });
}
