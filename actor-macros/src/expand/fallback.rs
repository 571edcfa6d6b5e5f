//! Layer 4, impl half: the address method of a rejected message, so that its callers cause no
//! further error.
//!
//! It cannot run: the accompanying error stops the build.

use proc_macro2::{Ident, TokenStream};
use quote::quote_spanned;

use crate::model::{Protocol, Rejected};
use crate::span;

// Input:  pub fn rename(&mut self, name: &str)
// Output:
//     #[allow(unused_variables)]
//     pub fn rename(&self, name: &str) -> __p::Call<'_, Account, ()> { loop {} }
pub(super) fn expand_rejected(protocol: &Protocol, rejected: &Rejected) -> TokenStream {
    let Rejected { attrs, vis, name, generics, args, reply, is_stream, body } = rejected;
    let place = name.span();
    let actor = span::moved_all(protocol.actor.clone(), place);
    let (params, clause) = (&generics.params, &generics.where_clause);
    let params = (!params.is_empty()).then(|| quote_spanned!(place=> <#params>));
    let args = args.iter().map(|(cfgs, name, ty)| {
        let name = span::moved(name, place);
        quote_spanned!(place=> , #(#cfgs)* #name: #ty)
    });
    let body = body.clone().unwrap_or_else(|| quote_spanned!(place=> loop {}));
    let (cfgs, docs) = (&attrs.cfgs, &attrs.docs);
    let call = Ident::new(if *is_stream { "StreamCall" } else { "Call" }, place);
    quote_spanned! {place=>
        #(#cfgs)*
        #(#docs)*
        #[allow(unused_variables, missing_docs)]
        #vis fn #name #params (&self #(#args)*) -> __p::#call<'_, #actor, #reply> #clause {
            #body
        }
    }
}
