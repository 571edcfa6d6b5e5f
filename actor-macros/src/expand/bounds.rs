//! Layer 4: the check of the type parameters that seem to lack `Send` or `'static`.
//!
//! It must not add anything if the bounds are written out.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};

use crate::model::MissingBounds;
use crate::span;

// Input:  impl<K: Hash, V> Cache<K, V> { .. }
// Output:
//     #[diagnostic::on_unimplemented(message = "..", label = "write `impl<K: Hash + Send + 'static, ..>`")]
//     trait __Bounded {}
//     #[diagnostic::do_not_recommend]
//     impl<__T: __p::Send> __Bounded for __T {}
//     struct __Sent<__T: __Bounded>(__T);
//     trait __Check { type Type<K: Hash, V>; }
//     impl __Check for () {
//         type Type<K: Hash, V> = (__Sent<(K, V,)>, __p::Static<K>, __p::Static<V>,);
//     }
//
// An associated type, because the compiler suggests a `where` clause for a generic function. It is
// shown from the first parameter to the last. A missing `'static` is reported if no `Send` is.
pub(super) fn expand_check(missing: &MissingBounds) -> TokenStream {
    let MissingBounds { message, label, generics, parameters } = missing;
    let (params, _, clause) = generics.split_for_impl();
    let all: Vec<_> = parameters.iter().map(|it| &it.ident).collect();
    let start = all.first().map_or_else(span::hidden, |it| span::hidden_at(it.span()));
    let end = all.last().map_or_else(span::hidden, |it| span::hidden_at(it.span()));
    let (start, end) = (quote_spanned!(start=> type), quote_spanned!(end=> ;));
    let sent: Vec<_> = parameters.iter().filter(|it| it.is_sent).map(|it| &it.ident).collect();
    let (bounded, are_sent) = match sent.is_empty() {
        true => (None, None),
        false => (
            Some(quote! {
                #[diagnostic::on_unimplemented(message = #message, label = #label)]
                trait __Bounded {}
                #[diagnostic::do_not_recommend]
                impl<__T: __p::Send> __Bounded for __T {}
                #[allow(dead_code)]
                struct __Sent<__T: __Bounded>(__T);
            }),
            Some(quote!(__Sent<(#(#sent,)*)>,)),
        ),
    };
    quote! {
        #bounded
        #[allow(dead_code)]
        trait __Check {
            type Type #params #clause;
        }
        impl __Check for () {
            #start Type #params = (#are_sent #(__p::Static<#all>,)*) #clause #end
        }
    }
}

/// Returns `K: ::actor_core::__private::Send + 'static`, for each of the parameters.
pub(crate) fn assumed(missing: &MissingBounds, crate_path: &TokenStream) -> TokenStream {
    let bounds = missing.parameters.iter().map(|it| {
        let (ident, send) = (&it.ident, it.is_sent.then(|| quote!(#crate_path::__private::Send +)));
        quote!(#ident: #send 'static)
    });
    quote!(#(#bounds),*)
}
