//! Layer 3: the closures that a method passes to its context; it must not check signatures.

use crate::display::display_tokens;
use crate::errors::Errors;
use crate::syntax::Function;

/// Checks that the closure of a timer, stream, monitor or pipe returns a call and does not wait for
/// it.
pub(super) fn check(function: &Function, errors: &mut Errors) {
    for closure in &function.waiting_closures {
        let to_write = match &closure.call {
            Some(call) => {
                let parameters = display_tokens(&closure.parameters);
                format!("write `|{}| {}`", parameters.trim_end(), display_tokens(call))
            }
            None => "return the call, without `async` and `.await`".to_owned(),
        };
        let text = format!(
            "the closure of `{}` returns a call, which is sent for you; {to_write}",
            closure.method
        );
        errors.push(&closure.word, text);
    }
}
