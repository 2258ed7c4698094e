package dev.statecraft.testing.contract;

/** The model passes the contract, with everything that it can do beyond DynamoDB Local. */
class ModelContractTest extends DatabaseContract {

    @Override
    ContractDatabase open() {
        return ContractDatabase.model();
    }
}
