extern crate ink_flipper as _;
include!("print.rs");
