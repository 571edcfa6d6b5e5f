//! A protocol that the cases of error texts implement. It must not depend on anything but actor-core:
//! every case is compiled with the dependencies of this crate.

pub mod greeting;
