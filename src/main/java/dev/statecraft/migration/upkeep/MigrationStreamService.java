package dev.statecraft.migration.upkeep;

import dev.statecraft.migration.registry.LedgerAppended;
import dev.statecraft.migration.registry.MigrationItems;
import dev.statecraft.table.ItemChange;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;

/** Reads stream records of the migrations table for other features. */
@ApplicationScoped
public class MigrationStreamService {

    /** The ledger entry that a stream record contains, or nothing if the record is not a ledger entry. */
    public Optional<LedgerAppended> ledger(ItemChange change) {
        return MigrationItems.noted(change);
    }
}
