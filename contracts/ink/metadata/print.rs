// Prints what clients need to know about the contract that is linked in.
extern "Rust" {
    fn __ink_generate_metadata() -> ink::metadata::InkProject;
}

fn main() {
    let project = unsafe { __ink_generate_metadata() };
    println!("{}", serde_json::to_string(&project).expect("metadata is JSON"));
}
