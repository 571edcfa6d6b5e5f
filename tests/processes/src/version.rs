//! A process that serves or calls an actor, whose protocol is of one of several versions.

use actor_core::{CallError, TypedAddr};
use actor_remote::{Node, Remote, ZenohTransport};
use std::error::Error;
use std::fmt::Debug;

/// Serves `shop`, or calls the shop of another process and prints a line for each call, and `done`.
///
/// Arguments: the endpoint to listen at, or `-`; the endpoint to connect to, or `-`. The process ends when its
/// input does.
///
/// # Errors
/// If the endpoints cannot be used, or the other shop is not found.
pub async fn serve_or_call<A>(
    shop: &A,
    calls: impl AsyncFnOnce(&A) -> Vec<String>,
) -> Result<(), Box<dyn Error>>
where
    A: TypedAddr<Actor: Remote>,
{
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [listen, connect] = &arguments[..] else {
        return Err("expected: an endpoint to listen at, and one to connect to".into());
    };
    let builder = ZenohTransport::builder();
    let builder = match connect.as_str() {
        "-" => builder.listen(listen),
        endpoint => builder.connect(endpoint),
    };
    let node = Node::on(builder.open().await?, "version");
    if connect == "-" {
        node.register("shop", shop)?;
        println!("ready");
    } else {
        println!("ready");
        for line in calls(&node.wait_for("shop", crate::SOON).await?).await {
            println!("{line}");
        }
        println!("done");
    }
    let ended = || std::io::read_to_string(std::io::stdin());
    actor_core::unblock(ended).await?;
    Ok(())
}

/// Returns a line with the name of a call, and its value or the kind of its refusal.
///
/// # Panics
/// If the call fails in another way, or the error does not say whether the message can have been handled.
pub fn outcome<T: Debug>(name: &str, result: Result<T, CallError>) -> String {
    let text = match result {
        Ok(value) => format!("{value:?}"),
        Err(error) => {
            let CallError::Refused(refusal) = &error else { panic!("{name}: {error:?}") };
            let is_reply = refusal.kind() == actor_core::error::RefusalKind::BadReply;
            assert_eq!(error.never_handled(), !is_reply, "{name}: {error}");
            format!("{:?}", refusal.kind())
        }
    };
    format!("{name}: {text}")
}
