extern crate ink_caller as _;
include!("print.rs");
