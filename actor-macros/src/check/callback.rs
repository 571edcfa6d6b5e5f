//! Layer 3: the closures that a method passes to its context; it must not check signatures.

use quote::ToTokens;

use crate::display::display_tokens;
use crate::errors::Errors;
use crate::syntax::{Function, Mistake, WrongClosure};

/// Checks that the closure of a timer, stream, monitor or pipe returns a call, does not wait for it
/// or send it, and does not use the state.
pub(super) fn check(function: &Function, errors: &mut Errors) {
    for closure in &function.wrong_closures {
        let (token, text) = match &closure.mistake {
            Mistake::Waits(word) => {
                (word.to_token_stream(), returns_call(closure, "without `async` and `.await`"))
            }
            Mistake::Sends(word) => {
                (word.to_token_stream(), returns_call(closure, &format!("without `.{word}()`")))
            }
            Mistake::UsesField(field) => {
                let text = format!(
                    "the closure of `{}` has the address of the actor, and not its fields; use \
                     `{field}` in a method, and return the call of the method",
                    closure.method
                );
                (field.to_token_stream(), text)
            }
        };
        errors.push(token, text);
    }
}

fn returns_call(closure: &WrongClosure, without: &str) -> String {
    let to_write = match &closure.call {
        Some(call) => {
            let parameters = display_tokens(&closure.parameters);
            format!("write `|{}| {}`", parameters.trim_end(), display_tokens(call))
        }
        None => format!("return the call, {without}"),
    };
    format!("the closure of `{}` returns a call, which is sent for you; {to_write}", closure.method)
}
