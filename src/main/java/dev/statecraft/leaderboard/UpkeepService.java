package dev.statecraft.leaderboard;

import jakarta.enterprise.context.ApplicationScoped;
import java.util.function.BooleanSupplier;

/** What leaderboards have to have done by the clock: closing snapshots made final, mendings carried on. */
@ApplicationScoped
public class UpkeepService {

    private static final int PAGE = 100;

    private final BoardService boards;
    private final AuditService audits;

    UpkeepService(BoardService boards, AuditService audits) {
        this.boards = boards;
        this.audits = audits;
    }

    /**
     * What one run got done.
     *
     * @param boards boards looked at
     * @param settled closing snapshots made final
     * @param mended rank trees whose mending was completed
     * @param complete whether all boards were looked at before the time was up
     */
    public record Done(int boards, int settled, int mended, boolean complete) {}

    /**
     * Does what is due on the boards of a game.
     *
     * @param timeLeft asked before each board; what is left undone is due again at the next run
     */
    public Done run(String game, BooleanSupplier timeLeft) {
        int seen = 0;
        int settled = 0;
        int mended = 0;
        String after = null;
        do {
            BoardStore.BoardPage page = boards.list(game, after, PAGE);
            for (Board board : page.boards()) {
                if (!timeLeft.getAsBoolean()) {
                    return new Done(seen, settled, mended, false);
                }
                seen++;
                Board.Closing closing = board.closing();
                if (closing != null && !closing.settled() && boards.settle(game, board.id())) {
                    settled++;
                }
                if (board.mending() != null
                        && boards.read(game, board.id())
                                .flatMap(current -> audits.goOn(current, timeLeft))
                                .isPresent()) {
                    mended++;
                }
            }
            after = page.next();
        } while (after != null);
        return new Done(seen, settled, mended, true);
    }
}
