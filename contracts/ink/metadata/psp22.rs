extern crate ink_psp22 as _;
include!("print.rs");
