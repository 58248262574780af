//! Calls a switch and a token that may be written in another language: the C++ examples `flipper` and `token`.
#![cfg_attr(not(feature = "std"), no_std, no_main)]

/// A call in the form that the engine knows: ink! 5 would otherwise use one that it does not have.
macro_rules! ask {
    ($callee:expr, $name:tt, $result:ty $(, $argument:expr)*) => {{
        let builder = ink::env::call::build_call::<ink::env::DefaultEnvironment>();
        #[cfg(feature = "ink5")]
        let builder = builder.call_v1($callee);
        #[cfg(not(feature = "ink5"))]
        let builder = builder.call($callee);
        let input = ink::env::call::ExecutionInput::new(ink::env::call::Selector::new(ink::selector_bytes!($name)))$(.push_arg($argument))*;
        match builder.exec_input(input).returns::<$result>().try_invoke() {
            Ok(Ok(result)) => Ok(result),
            _ => Err(Error::NoAnswer),
        }
    }};
}

#[ink::contract]
mod ink_caller {
    #[derive(Debug, PartialEq, Eq, scale::Encode, scale::Decode)]
    #[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
    pub enum Error {
        NoAnswer,
        Refused,
    }

    /// The errors of the C++ token, in its order.
    #[derive(Debug, PartialEq, Eq, scale::Encode, scale::Decode)]
    pub enum TokenError {
        InsufficientBalance,
        InsufficientAllowance,
        NotYours,
    }

    #[ink(storage)]
    pub struct InkCaller {
        flipper: AccountId,
        token: AccountId,
    }

    impl InkCaller {
        #[ink(constructor)]
        pub fn new(flipper: AccountId, token: AccountId) -> Self {
            Self { flipper, token }
        }

        /// Turns the switch. Answers whether it is on now.
        #[ink(message)]
        pub fn flip(&mut self) -> Result<bool, Error> {
            ask!(self.flipper, "flip", ())?;
            ask!(self.flipper, "get", bool)
        }

        /// Pays from what this contract itself has of the token.
        #[ink(message)]
        pub fn pay(&mut self, to: AccountId, value: Balance) -> Result<(), Error> {
            ask!(self.token, "transfer", Result<(), TokenError>, to, value)?.map_err(|_| Error::Refused)
        }

        /// What this contract itself has of the token.
        #[ink(message)]
        pub fn holds(&self) -> Result<Balance, Error> {
            let me = self.env().account_id();
            ask!(self.token, "balance_of", Result<Balance, TokenError>, me)?.map_err(|_| Error::Refused)
        }
    }
}
