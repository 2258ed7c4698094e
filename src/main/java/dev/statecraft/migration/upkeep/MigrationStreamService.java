package dev.statecraft.migration.upkeep;

import dev.statecraft.migration.registry.LedgerAppended;
import dev.statecraft.migration.registry.MigrationItems;
import dev.statecraft.table.ItemChange;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;

/** What records of the migrations table's stream mean, for others who follow them. */
@ApplicationScoped
public class MigrationStreamService {

    /** The entry of the ledger that a record tells of; nothing if it is about something else. */
    public Optional<LedgerAppended> ledger(ItemChange change) {
        return MigrationItems.noted(change);
    }
}
