package dev.statecraft.http;

import groovy.lang.DelegatingMetaClass;
import groovy.lang.GroovyShell;
import groovy.lang.GroovySystem;
import groovy.lang.MetaClassRegistry;
import groovy.lang.Script;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.codehaus.groovy.runtime.InvokerHelper;

/**
 * Keeps the Groovy scripts that REST Assured makes of the paths of assertions, such as {@code entries[0].rank}. REST
 * Assured compiles one for each assertion that runs, which was a quarter of the time of the tests of the application.
 * Groovy lets a metaclass answer for calls that Groovy code makes, here {@code GroovyShell.evaluate}.
 */
final class CompiledPaths extends DelegatingMetaClass {

    private static final Map<String, Class<? extends Script>> SCRIPTS = new ConcurrentHashMap<>();

    private CompiledPaths() {
        super(GroovyShell.class);
        initialize();
    }

    /** Takes effect for all later assertions; repeated calls do nothing. */
    static void install() {
        MetaClassRegistry registry = GroovySystem.getMetaClassRegistry();
        if (!(registry.getMetaClass(GroovyShell.class) instanceof CompiledPaths)) {
            registry.setMetaClass(GroovyShell.class, new CompiledPaths());
        }
    }

    @Override
    public Object invokeMethod(Object object, String method, Object[] arguments) {
        if (object instanceof GroovyShell shell
                && method.equals("evaluate")
                && arguments.length == 1
                && arguments[0] instanceof CharSequence path) {
            Class<? extends Script> script = SCRIPTS.computeIfAbsent(
                    path.toString(), text -> shell.parse(text).getClass());
            return InvokerHelper.createScript(script, shell.getContext()).run();
        }
        return super.invokeMethod(object, method, arguments);
    }
}
