package dev.statecraft.testing.contract;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.TestInstance;

/**
 * The contract of DynamoDB as the project uses it. A class for each database says how to open it and what it can do
 * beyond the common part ({@link Capability}); all run the same tests.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class DatabaseContract {

    private ContractTables tables;

    abstract ContractDatabase open();

    @BeforeAll
    void createTables() {
        tables = new ContractTables(open());
    }

    @AfterAll
    void deleteTables() {
        if (tables != null) {
            tables.close();
        }
    }

    @Nested
    class Items extends ItemContract {
        @Override
        ContractTables tables() {
            return tables;
        }
    }

    @Nested
    class Values extends ValueContract {
        @Override
        ContractTables tables() {
            return tables;
        }
    }

    @Nested
    class Conditions extends ConditionContract {
        @Override
        ContractTables tables() {
            return tables;
        }
    }

    @Nested
    class Updates extends UpdateContract {
        @Override
        ContractTables tables() {
            return tables;
        }
    }

    @Nested
    class Queries extends QueryContract {
        @Override
        ContractTables tables() {
            return tables;
        }
    }

    @Nested
    class Indexes extends IndexContract {
        @Override
        ContractTables tables() {
            return tables;
        }
    }

    @Nested
    class Scans extends ScanContract {
        @Override
        ContractTables tables() {
            return tables;
        }
    }

    @Nested
    class Batches extends BatchContract {
        @Override
        ContractTables tables() {
            return tables;
        }
    }

    @Nested
    class Transactions extends TransactionContract {
        @Override
        ContractTables tables() {
            return tables;
        }
    }

    @Nested
    class Streams extends StreamContract {
        @Override
        ContractTables tables() {
            return tables;
        }
    }

    @Nested
    class Capacities extends CapacityContract {
        @Override
        ContractTables tables() {
            return tables;
        }
    }

    @Nested
    class Tables extends TableContract {
        @Override
        ContractTables tables() {
            return tables;
        }
    }
}
