//! A store of numbers, with one line for each request: `set apples 3`, `get apples`.

use actor_core::prelude::*;
use smol::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use smol::net::{TcpListener, TcpStream};
use smol::stream::StreamExt;
use std::collections::HashMap;
use std::io;

/// Holds the numbers.
#[actor]
#[derive(Default)]
pub struct Store {
    numbers: HashMap<String, i64>,
}

#[actor]
impl Store {
    /// Sets a number and returns the one before.
    pub fn set(&mut self, key: String, number: i64) -> Option<i64> {
        self.numbers.insert(key, number)
    }

    /// Returns a number.
    pub fn get(&self, key: String) -> Option<i64> {
        self.numbers.get(&key).copied()
    }
}

/// Accepts clients until the listener fails. Each client has a task on the system of the store.
///
/// # Errors
/// The error of the listener.
pub async fn serve(listener: TcpListener, system: &System, store: StoreAddr) -> io::Result<()> {
    let mut clients = listener.incoming();
    while let Some(client) = clients.next().await {
        let (client, store) = (client?, store.clone());
        let task = system.spawn_task(async move {
            if let Err(error) = converse(client, store).await {
                eprintln!("a client has left: {error}");
            }
        });
        task.detach();
    }
    Ok(())
}

async fn converse(mut client: TcpStream, store: StoreAddr) -> io::Result<()> {
    let mut lines = BufReader::new(client.clone()).lines();
    while let Some(line) = lines.next().await {
        let answer = answer(&line?, &store).await.unwrap_or_else(|error| error.to_string());
        client.write_all(format!("{answer}\n").as_bytes()).await?;
    }
    Ok(())
}

async fn answer(line: &str, store: &StoreAddr) -> Result<String, CallError> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let number = match words.as_slice() {
        ["get", key] => store.get((*key).to_owned()).await?,
        ["set", key, number] => match number.parse() {
            Ok(number) => store.set((*key).to_owned(), number).await?,
            Err(_) => return Ok(format!("`{number}` is no number")),
        },
        _ => return Ok("say `get KEY` or `set KEY NUMBER`".to_owned()),
    };
    Ok(number.map_or_else(|| "none".to_owned(), |number| number.to_string()))
}
