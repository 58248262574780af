#include "runtime/frame/migration.hpp"

#include "runtime/composition/composition.hpp"

namespace phala::runtime {

Weight run_migrations()
{
    return migrate<composition::Migrations>();
}

} // namespace phala::runtime
