//! `protocol`: different actors behind one typed address, and a double for testing their caller.

use actor_core::prelude::*;

/// Sends notifications to people.
#[actor]
trait Notifier {
    /// Notifies `recipient` of an event; returns how the notification was sent.
    async fn notify(&mut self, recipient: String, what: String) -> String;
}

#[actor]
struct Mail {
    sent: u32,
}

#[actor]
impl Mail {
    /// The actor's own message, which is not part of the protocol.
    fn sent(&self) -> u32 {
        self.sent
    }
}

#[actor]
impl Notifier for Mail {
    async fn notify(&mut self, recipient: String, what: String) -> String {
        self.sent += 1;
        format!("mail {} to {recipient}: {what}", self.sent)
    }
}

#[actor]
struct Pager;

#[actor]
impl Pager {}

#[actor]
impl Notifier for Pager {
    async fn notify(&mut self, recipient: String, what: String) -> String {
        format!("{recipient} is paged: {}", what.to_uppercase())
    }
}

/// Monitors something, and knows nothing about mail or pagers.
#[actor]
struct Alarm {
    notifiers: Vec<NotifierAddr>,
}

#[actor]
impl Alarm {
    async fn raise(&mut self, what: String) -> Result<Vec<String>, CallError> {
        let mut told = Vec::new();
        for notifier in &self.notifiers {
            told.push(notifier.notify("Ada".into(), what.clone()).await?);
        }
        Ok(told)
    }
}

#[actor_core::main]
async fn main() -> Result<(), CallError> {
    let mail = Mail { sent: 0 }.spawn();
    let pager = Pager.spawn();
    let notifiers = vec![mail.clone().into(), pager.into()];
    let alarm = Alarm { notifiers }.spawn();

    for line in alarm.raise("disk full".into()).await?? {
        println!("{line}");
    }
    println!("mails sent: {}", mail.sent().await?);
    Ok(())
}
