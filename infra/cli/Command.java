import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * Arguments and exit codes that all commands share. Exit codes: 0 if everything succeeded, 1 if something failed, 2 for wrong
 * arguments, 3 if the server is unreachable.
 */
final class Command {

    private final String usage;
    private final Set<String> flags;
    private final Set<String> valued;

    /**
     * A command.
     *
     * @param flags its options without a value
     * @param valued its options with a value, besides {@code --url} and {@code --key}
     */
    Command(String usage, Set<String> flags, Set<String> valued) {
        this.usage = usage;
        this.flags = flags;
        this.valued = valued;
    }

    /** What a command does with its options; a file that is no option has the name {@code file}. */
    interface Body {

        /** Runs the command and returns its exit code. */
        int run(Map<String, String> options) throws InterruptedException;
    }

    /** The arguments cannot be used together, or a value is not allowed. */
    static final class WrongArguments extends RuntimeException {
        private static final long serialVersionUID = 1L;

        WrongArguments(String message) {
            super(message);
        }
    }

    /** Runs the command and returns its exit code. */
    int run(String[] args, PrintStream out, PrintStream err, Body body) {
        try {
            Map<String, String> options = parse(args);
            if (options.containsKey("--help")) {
                out.print(usage);
                return 0;
            }
            return body.run(options);
        } catch (WrongArguments e) {
            err.println(e.getMessage());
            err.print(usage);
            return 2;
        } catch (Unreachable e) {
            err.println(e.getMessage());
            return 3;
        } catch (Rejected e) {
            err.println(e.getMessage());
            return 1;
        } catch (InterruptedException e) {
            return 1;
        }
    }

    private Map<String, String> parse(String[] args) {
        Map<String, String> options = new LinkedHashMap<>();
        for (int i = 0; i < args.length; i++) {
            String name = args[i].equals("-h") ? "--help" : args[i];
            if (name.equals("--help") || flags.contains(name)) {
                options.put(name, "");
            } else if (name.equals("--url") || name.equals("--key") || valued.contains(name)) {
                if (i + 1 == args.length) {
                    throw new WrongArguments(name + " requires a value");
                }
                options.put(name, args[++i]);
            } else if ((name.startsWith("-") && !name.equals("-")) || options.containsKey("file")) {
                throw new WrongArguments("unknown argument: " + name);
            } else {
                options.put("file", name);
            }
        }
        return options;
    }
}
