//! A state that is made by async code: a task of the life lays it down where the driver looks.

use super::driver::{Cradle, Driver};
use super::holding::Holding;
use super::spawn::{Birth, Life};
use super::task::{self, Contained, Present};
use crate::actor::Dispatch;
use crate::cell::mail::Mail;
use crate::cell::post::AnyMail;
use crate::cell::seat::Notice;
use crate::exit::{Failure, FailureKind, FailureParts};
use crate::sync::{Arc, Mutex};
use std::fmt::Display;
use std::future::Future;

/// What the making of a state is called in failures.
pub(crate) const WHAT: &str = "spawn";

/// Starts to make the state of an actor that is alive already.
#[track_caller]
pub(crate) fn begin<A, U, E>(mut birth: Birth<A>, make: impl FnOnce(A::Addr) -> U) -> A::Addr
where
    A: Dispatch + Send,
    U: Future<Output = Result<A, E>> + Send + 'static,
    E: Display,
{
    let cradle: Cradle<A> = Arc::new(Mutex::new(None));
    let mut driver = Driver::new(birth.mail.clone());
    driver.expect(cradle.clone());
    if birth.alive {
        let address = birth.address();
        let making;
        (birth, making) = birth.asked(|| make(address));
        task(&birth.mail, cradle, making);
    }
    birth.run(Life { driver, state: None })
}

/// Runs `making` as a task of the life; what it makes is laid down in `cradle`.
pub(crate) fn task<A, U, E>(mail: &Arc<Mail<A>>, cradle: Cradle<A>, making: U)
where
    A: Dispatch + Send,
    U: Future<Output = Result<A, E>> + Send + 'static,
    E: Display,
{
    let key = {
        let mut lane = mail.lane();
        let holdings = lane.seat.holdings.get_or_insert_default();
        holdings.tasks += 1;
        holdings.key()
    };
    let any: Arc<dyn AnyMail> = mail.clone();
    let present = Present { mail: any.clone(), key, keeps: false };
    let (runnable, task) = task::prepare(&mail.core.hub, async move {
        let made = match Contained::new(making, any.clone(), WHAT).await {
            Ok(Ok(state)) => Ok(state),
            Ok(Err(error)) => Err(failed(&*any, error.to_string())),
            Err(failure) => Err(failure),
        };
        *cradle.lock() = Some(made);
        any.notify(Notice::Look);
        drop(present);
    });
    if let Some(holdings) = &mut mail.lane().seat.holdings {
        holdings.insert(key, Holding::Task(task));
    }
    runnable.schedule();
}

fn failed(mail: &dyn AnyMail, message: String) -> Failure {
    Failure::new(FailureParts {
        kind: FailureKind::Start,
        actor: mail.label(),
        id: mail.core().id(),
        handler: WHAT,
        message,
        location: None,
        cause: None,
    })
}
