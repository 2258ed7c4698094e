package dev.statecraft.migration;

import dev.statecraft.table.ItemChange;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;

/** What records of the migrations table's stream mean, for others who follow them. */
@ApplicationScoped
public class MigrationStreamService {

    /** Something was done with a migration of a game. */
    public record Noted(String game, LedgerEntry entry) {}

    /** The entry of the ledger that a record tells of; nothing if it is about something else. */
    public Optional<Noted> ledger(ItemChange change) {
        return MigrationStore.noted(change);
    }
}
