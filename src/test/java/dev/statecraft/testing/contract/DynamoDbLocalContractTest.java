package dev.statecraft.testing.contract;

/** DynamoDB Local passes the contract, in a process of its own. */
class DynamoDbLocalContractTest extends DatabaseContract {

    @Override
    ContractDatabase open() {
        return ContractDatabase.dynamoDbLocal();
    }
}
