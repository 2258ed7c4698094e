/** The server is unreachable or unavailable. The command ends with exit code 3. */
final class Unreachable extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Unreachable(String message) {
        super(message);
    }
}
