//! `process`: a hand-written call. It sends, then receives the reply or gives up, regardless of
//! other messages in the mailbox.

use std::time::Duration;

use actor_core::process::{Inbox, ProcessAddr, spawn_process};

enum Question {
    Double { number: u32, from: ProcessAddr<Mail> },
}

enum Mail {
    /// The reply to the question with this number.
    Answer {
        number: u32,
        is: u32,
    },
    News(&'static str),
}

/// Doubles small numbers; never replies for large ones.
async fn doubler(mut inbox: Inbox<Question>) {
    while let Some(Question::Double { number, from }) = inbox.receive().await {
        if number < 100 {
            let _ = from.send(Mail::Answer { number, is: 2 * number }).await;
        }
    }
}

/// Asks, and waits with a timeout for the reply to this question only.
async fn ask(inbox: &mut Inbox<Mail>, to: &ProcessAddr<Question>, number: u32) -> Option<u32> {
    to.send(Question::Double { number, from: inbox.address() }).await.ok()?;
    let answer = |mail| match mail {
        Mail::Answer { number: of, is } if of == number => Ok(is),
        other => Err(other), // stays in the mailbox
    };
    inbox.select_timeout(Duration::from_millis(50), answer).await.ok()?
}

async fn reader(mut inbox: Inbox<Mail>) -> usize {
    let doubler = spawn_process(doubler);
    println!("21 doubled: {:?}", ask(&mut inbox, &doubler, 21).await);
    println!("300 doubled: {:?}", ask(&mut inbox, &doubler, 300).await);
    println!("4 doubled: {:?}", ask(&mut inbox, &doubler, 4).await);
    // All messages that arrived in the meantime are still there, in order.
    let mut count = 0;
    while let Ok(Some(mail)) = inbox.receive_timeout(Duration::ZERO).await {
        if let Mail::News(news) = mail {
            println!("news: {news}");
            count += 1;
        }
    }
    count
}

#[actor_core::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let reader = spawn_process(reader);
    for news in ["rain", "sun"] {
        reader.send(Mail::News(news)).await?;
    }
    println!("{} news", reader.result().await?);
    Ok(())
}
