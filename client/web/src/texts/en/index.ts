/** The catalogue of one language, put together from that of each page. */
import common from './common.json';
import facets from './facets.json';
import phone from './phone.json';
import start from './start.json';
import studio from './studio.json';
import told from './told.json';
import wall from './wall.json';

export default { ...common, ...start, ...wall, ...phone, ...studio, ...facets, ...told };
