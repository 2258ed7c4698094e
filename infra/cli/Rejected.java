/** A file could not be read, or the server rejected a request. The command ends with exit code 1. */
final class Rejected extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Rejected(String message) {
        super(message);
    }
}
