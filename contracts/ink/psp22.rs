//! A token with the messages and errors of the standard PSP22.
#![cfg_attr(not(feature = "std"), no_std, no_main)]

use ink::prelude::{string::String, vec::Vec};
use ink::primitives::AccountId;

#[derive(Debug, PartialEq, Eq, scale::Encode, scale::Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub enum PSP22Error {
    Custom(String),
    InsufficientBalance,
    InsufficientAllowance,
    ZeroRecipientAddress,
    ZeroSenderAddress,
    SafeTransferCheckFailed(String),
}

#[ink::trait_definition]
pub trait PSP22 {
    #[ink(message)]
    fn total_supply(&self) -> u128;
    #[ink(message)]
    fn balance_of(&self, owner: AccountId) -> u128;
    #[ink(message)]
    fn allowance(&self, owner: AccountId, spender: AccountId) -> u128;
    #[ink(message)]
    fn transfer(&mut self, to: AccountId, value: u128, data: Vec<u8>) -> Result<(), PSP22Error>;
    #[ink(message)]
    fn transfer_from(&mut self, from: AccountId, to: AccountId, value: u128, data: Vec<u8>) -> Result<(), PSP22Error>;
    #[ink(message)]
    fn approve(&mut self, spender: AccountId, value: u128) -> Result<(), PSP22Error>;
}

#[ink::contract]
mod ink_psp22 {
    use super::{PSP22Error, PSP22};
    use ink::prelude::vec::Vec;
    use ink::storage::Mapping;

    #[ink(event)]
    pub struct Transfer {
        #[ink(topic)]
        from: Option<AccountId>,
        #[ink(topic)]
        to: Option<AccountId>,
        value: u128,
    }

    #[ink(event)]
    pub struct Approval {
        #[ink(topic)]
        owner: AccountId,
        #[ink(topic)]
        spender: AccountId,
        amount: u128,
    }

    #[ink(storage)]
    pub struct InkPsp22 {
        supply: u128,
        balances: Mapping<AccountId, u128>,
        allowances: Mapping<(AccountId, AccountId), u128>,
    }

    impl InkPsp22 {
        #[ink(constructor)]
        pub fn new(supply: u128) -> Self {
            let owner = Self::env().caller();
            let mut balances = Mapping::default();
            balances.insert(owner, &supply);
            Self::env().emit_event(Transfer { from: None, to: Some(owner), value: supply });
            Self { supply, balances, allowances: Mapping::default() }
        }

        fn held(&self, owner: AccountId) -> u128 {
            self.balances.get(owner).unwrap_or(0)
        }

        fn shift(&mut self, from: AccountId, to: AccountId, value: u128) -> Result<(), PSP22Error> {
            let has = self.held(from);
            if has < value {
                return Err(PSP22Error::InsufficientBalance);
            }
            self.balances.insert(from, &has.saturating_sub(value));
            self.balances.insert(to, &self.held(to).saturating_add(value));
            self.env().emit_event(Transfer { from: Some(from), to: Some(to), value });
            Ok(())
        }
    }

    impl PSP22 for InkPsp22 {
        #[ink(message)]
        fn total_supply(&self) -> u128 {
            self.supply
        }

        #[ink(message)]
        fn balance_of(&self, owner: AccountId) -> u128 {
            self.held(owner)
        }

        #[ink(message)]
        fn allowance(&self, owner: AccountId, spender: AccountId) -> u128 {
            self.allowances.get((owner, spender)).unwrap_or(0)
        }

        #[ink(message)]
        fn transfer(&mut self, to: AccountId, value: u128, _data: Vec<u8>) -> Result<(), PSP22Error> {
            let from = self.env().caller();
            self.shift(from, to, value)
        }

        #[ink(message)]
        fn transfer_from(&mut self, from: AccountId, to: AccountId, value: u128, _data: Vec<u8>) -> Result<(), PSP22Error> {
            let spender = self.env().caller();
            let allowed = self.allowance(from, spender);
            if allowed < value {
                return Err(PSP22Error::InsufficientAllowance);
            }
            self.allowances.insert((from, spender), &allowed.saturating_sub(value));
            self.shift(from, to, value)
        }

        #[ink(message)]
        fn approve(&mut self, spender: AccountId, value: u128) -> Result<(), PSP22Error> {
            let owner = self.env().caller();
            self.allowances.insert((owner, spender), &value);
            self.env().emit_event(Approval { owner, spender, amount: value });
            Ok(())
        }
    }
}
