//! A switch that anybody may turn, and a counter of how often, kept in a mapping by who did.
#![cfg_attr(not(feature = "std"), no_std, no_main)]

#[ink::contract]
mod ink_flipper {
    use ink::storage::Mapping;

    #[ink(event)]
    pub struct Flipped {
        #[ink(topic)]
        by: AccountId,
        value: bool,
    }

    #[derive(Debug, PartialEq, Eq, scale::Encode, scale::Decode)]
    #[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
    pub enum Error {
        AlreadySet,
    }

    #[ink(storage)]
    pub struct InkFlipper {
        value: bool,
        turns: Mapping<AccountId, u32>,
    }

    impl InkFlipper {
        #[ink(constructor)]
        pub fn new(value: bool) -> Self {
            Self { value, turns: Mapping::default() }
        }

        #[ink(message)]
        pub fn flip(&mut self) {
            self.value = !self.value;
            let by = self.env().caller();
            self.turns.insert(by, &(self.turns_of(by) + 1));
            self.env().emit_event(Flipped { by, value: self.value });
        }

        /// Fails, and so undoes itself, if the value is what is asked for.
        #[ink(message)]
        pub fn set(&mut self, value: bool) -> Result<(), Error> {
            self.flip();
            if self.value != value {
                return Err(Error::AlreadySet);
            }
            Ok(())
        }

        #[ink(message)]
        pub fn get(&self) -> bool {
            self.value
        }

        #[ink(message)]
        pub fn turns_of(&self, who: AccountId) -> u32 {
            self.turns.get(who).unwrap_or(0)
        }
    }
}
